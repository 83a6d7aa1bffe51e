"""The least that Textual can show: what start-up is measured against."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class BareApp(App[None]):
    """A title, a line and a footer."""

    def compose(self) -> ComposeResult:
        """Three stock widgets."""
        yield Header()
        yield Static("bare and ready")
        yield Footer()


if __name__ == "__main__":
    BareApp().run()
