"""Does the study come out the same again? Copies, fingerprints, a sealed room and a crate.

Each module is a command of the Makefile: `repro` builds twice, `verify` compares with the
committed fingerprints, `cleanroom` starts from nothing and without a network, `crate` packs the
run as a research object.
"""
