"""Papers (文书): what the registry writes. Facts become one neutral text, and that a PDF, a Word file or a page."""
