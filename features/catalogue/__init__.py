"""Every feature by name: what it means, where it comes from, what its absence means."""
