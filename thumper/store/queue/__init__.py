"""The queue of record: jobs, leases, results. The only writer of the table `job`."""
