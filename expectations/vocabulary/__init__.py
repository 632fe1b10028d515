"""The words every other package uses: codes, money, moments, grades, digests."""
