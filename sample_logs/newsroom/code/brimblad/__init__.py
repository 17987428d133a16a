"""Brimblað: what the newsroom runs on language models."""
