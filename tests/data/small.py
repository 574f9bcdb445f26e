"""A small valid long table, as text."""

HEADER = "city_code,city,year,variable,value,unit,source_id"
ROWS = [
    "440100,Guangzhou,2010,gdp,10.5,100M yuan,S1",
    "440100,Guangzhou,2011,gdp,11.0,100M yuan,S1",
    "440300,Shenzhen,2010,gdp,9.0,100M yuan,S1",
    "440300,Shenzhen,2011,gdp,9.9,100M yuan,S1",
    "440100,Guangzhou,2010,share2,37.2,% of GDP,S2",
    "440100,Guangzhou,2011,share2,36.9,% of GDP,S2",
    "440300,Shenzhen,2010,share2,47.5,% of GDP,S2",
    "440300,Shenzhen,2011,share2,47.1,% of GDP,S2",
    "440300,Shenzhen,2011,ind_profit,-3,10k yuan,S2",
]
