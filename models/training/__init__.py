"""From the past to a challenger: panel, labels, split by time, metrics. No I/O: the caller brings it all."""
