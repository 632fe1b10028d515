"""What an enterprise can lawfully do to be graded better. Pure: policy, a vector and a subject in; plans out."""
