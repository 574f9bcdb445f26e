"""What each chapter computes: one module per notebook, composed from the rooms below.

Functions here take frames and return tidy frames or small dataclasses; they read no file and
draw nothing. Notebooks only load, call one of them and show what comes back.
"""
