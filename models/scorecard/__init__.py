"""The expert scorecard: policy, read as a model with the same interface as a learnt one."""
