"""Checks whether everything that Thumper stands on is as it should be, and what to do where it is not.

One kind of check a file. The doctor looks and changes nothing: it does not migrate, record, repair or
delete, so that it can be asked at any time, and a fault cannot become the state that it compares with.
"""
