"""An edition: the snapshot, the strategies and the notebooks made into a site."""
