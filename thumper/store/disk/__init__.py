"""Folders of this machine: the library, who owns it, and room on the disks."""
