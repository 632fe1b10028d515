"""What we judge: the probability of an adverse event, the rules in force, the grade."""
