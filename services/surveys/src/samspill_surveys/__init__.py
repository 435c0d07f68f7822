"""Questions, surveys and their participants; never an answer."""
