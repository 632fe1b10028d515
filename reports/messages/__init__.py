"""What is told to the risk-control system: each type of message field by field, and the AsyncAPI document of them."""
