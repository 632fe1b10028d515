"""What a validator signs: statistics of a version on time it never saw, the pack they make, and the gates over it."""
