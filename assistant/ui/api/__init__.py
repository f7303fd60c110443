"""Answers for programs: REST, OpenAI-compatible chat completions, MCP tools."""
