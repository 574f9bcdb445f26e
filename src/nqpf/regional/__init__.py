"""How values are spread over units: inequality, specialisation, convergence, links.

One meaning a module; imported by name, so that a notebook loads only what it uses. Measures take
values of one year and refuse missing ones by name. Their `*_path` forms take a panel and return a
tidy frame, one row per year and measure. What a panel lacks is left out by `samples` only, which
says what it left out. Draws are of whole units and need a seed.
"""
