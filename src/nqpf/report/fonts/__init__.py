"""Fonts of the figures, committed so that every machine draws the same ones."""
