"""Pure functions: frames and numbers in, frames and numbers out. No path, no plotting, no global."""
