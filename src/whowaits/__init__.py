"""Who waits for a model call, and how long they would wait."""
