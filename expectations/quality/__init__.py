"""The gate of a batch: a Great Expectations suite made from the contract, a plain verdict, Data Docs."""
