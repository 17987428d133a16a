"""The notations that schedules are written in, read without running anything: Python, YAML, HCL, shell, INI."""
