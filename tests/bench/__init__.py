"""Speeds that have a goal, measured in one run on one machine (`make bench`), never asserted in a test."""
