"""The steps as Prefect flows, with retries, timeouts, artifacts and schedules."""
