"""Who belongs together: enterprises that share a representative, a phone, an address or an account."""
