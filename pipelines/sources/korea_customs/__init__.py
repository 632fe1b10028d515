"""Import declarations with inspection outcome, published by Korea Customs and IBS."""
