"""What we say and do: alerts, supervision actions, the daily risk list, the query API."""
