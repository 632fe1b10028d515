"""The patterns that are planted, by the kind of trade they hide in. Each follows the formula of its rule."""
