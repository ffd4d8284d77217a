"""Damaged files: samples of every format, broken in the ways files break, must never break intake."""
