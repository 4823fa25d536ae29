"""An MCP server: an assistant asks for payments, within the limits that its owner has set."""
