"""What must be true: the words of the trade, the contract of every table, the gates of every batch."""
