"""From grade and alerts to what departments are asked to consider. Xinji recommends and never orders. Pure."""
