"""The certificate of a grade (信用等级证书): signed, expiring, revoked with the grade, verified without asking us."""
