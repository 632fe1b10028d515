"""The statistics bulletin (统计公报): a period's turnover against the zone's targets, and nobody told apart in it."""
