"""The build: which step needs what and makes what. Thin; the work is done in `nqpf`."""
