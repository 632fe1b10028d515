"""What we know: the chain of every order and the point-in-time features of every enterprise."""
