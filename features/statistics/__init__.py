"""What a period's trade adds up to: the steps that the statistics bulletin is made of."""
