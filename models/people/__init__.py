"""What people do to grades: overrides, findings, objections, each an act by an account. Pure: acts in, standing out."""
