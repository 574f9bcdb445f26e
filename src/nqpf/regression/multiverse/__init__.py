"""Every defensible specification at once: a multiverse, its curve and a joint test.

`declare` reads the grid of choices; `rows` finds which specifications are really different; `run`
fits them (`scores`, `wild_many`) in chunks that any process can do; `summaries` says what the
choices change and `joint` whether so much would show without any association. The measures of the
factor come in as columns of a panel: how an index is built is no business of this room.
"""
