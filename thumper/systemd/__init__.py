"""Thumper as a service of systemd: the unit that starts it after a reboot, and what systemd is told while it runs.

This room writes one unit file and asks `systemctl`; it starts no server and reads no photo.
"""
