"""One document before clearance, measured against what the last run knew: prices, quotas, codes and rates."""
