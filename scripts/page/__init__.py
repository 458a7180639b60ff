"""A page of HTML of what run_bench found, that needs no other file and no network.

One way: documents -> sections -> html. Charts are the pictures of the package `plots`, drawn in
the browser.
"""
