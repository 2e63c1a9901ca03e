"""The style sheet of the window, from colours and sizes, and the property by which a widget picks its rules."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gui.widgets.palette import ICONS, ON_DOOR, Colours, Scale

STYLE_CLASS = "style_class"  # the property's name in the rules below


def set_style_class(widget: QWidget, name: str) -> None:
    """Make a widget follow the rules of a style class, ``title`` or ``warn``; an empty name: of none."""
    if widget.property(STYLE_CLASS) == name:
        return
    widget.setProperty(STYLE_CLASS, name)
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):  # Qt reads the property only while it polishes
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def stylesheet(colours: Colours, scale: Scale) -> str:
    """Qt style sheet of the whole window; ``set_style_class`` says which of its rules a widget follows."""
    c = colours
    hover = QColor(c.accent).lighter(112).name()
    return f"""
    QMainWindow, QDialog {{ background: {c.window}; }}
    QToolTip {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    QLabel {{ background: transparent; }}
    [style_class="card"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 12px; }}
    [style_class="header"] {{ background: {c.card}; border: 0; border-bottom: 1px solid {c.line}; }}
    [style_class="title"] {{ font-size: {scale.title}px; font-weight: 600; color: {c.text}; }}
    [style_class="name"] {{ font-weight: 600; color: {c.text}; }}
    [style_class="muted"] {{ color: {c.muted}; }}
    [style_class="caption"] {{ font-size: {scale.caption}px; color: {c.muted}; }}
    [style_class="figure"] {{ font-size: {scale.figure}px; font-weight: 600; color: {c.text}; }}
    [style_class="key"] {{ background: {c.sunk}; color: {c.text}; border: 1px solid {c.line}; border-radius: 6px;
        padding: 2px 8px; font-weight: 600; }}
    [style_class="figure_old"] {{ font-size: {scale.figure}px; font-weight: 600; color: {c.muted}; }}
    [style_class="good"] {{ color: {c.good}; font-weight: 600; }}
    [style_class="warn"] {{ color: {c.warn}; font-weight: 600; }}
    [style_class="bad"] {{ color: {c.bad}; font-weight: 600; }}
    [style_class="bar"] {{ background: {_mix(c.bad, c.card, 0.14)}; border: 1px solid {_mix(c.bad, c.card, 0.45)};
        border-radius: 10px; }}
    [style_class="hint"] {{ background: {_mix(c.accent, c.card, 0.10)};
        border: 1px solid {_mix(c.accent, c.card, 0.35)}; border-radius: 10px; }}
    [style_class="note"] {{ background: {c.sunk}; border: 1px solid {c.line}; border-radius: 8px; }}
    QPushButton {{ outline: 0; background: {c.card}; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px;
        padding: 6px 14px; }}
    QPushButton:hover {{ background: {c.sunk}; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {c.accent}; }}
    QPushButton:focus {{ padding: 5px 13px; }}
    QPushButton:disabled {{ color: {c.muted}; background: {c.sunk}; }}
    QPushButton[style_class="primary"] {{ background: {c.accent}; color: {c.accent_text}; border: 1px solid {c.accent};
        font-weight: 600; }}
    QPushButton[style_class="primary"]:hover {{ background: {hover}; }}
    QPushButton[style_class="primary"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[style_class="primary"]:disabled {{ background: {c.sunk}; color: {c.muted}; border-color: {c.line}; }}
    QPushButton[style_class="quiet"] {{ background: transparent; border: 1px solid transparent; color: {c.accent};
        font-weight: 600; padding: 4px 8px; }}
    QPushButton[style_class="quiet"]:hover {{ background: {c.sunk}; }}
    QPushButton[style_class="quiet"]:focus {{ border: 1px solid {c.accent}; }}
    QPushButton[style_class="quiet"]:disabled {{ color: {c.muted}; }}
    QPushButton[style_class="on_door"] {{ background: rgba(255, 255, 255, 38); color: {ON_DOOR};
        border: 1px solid rgba(255, 255, 255, 70); padding: 4px 12px; }}
    QPushButton[style_class="on_door"]:hover {{ background: rgba(255, 255, 255, 64); }}
    QPushButton[style_class="on_door"]:focus {{ border: 2px solid {ON_DOOR}; padding: 3px 11px; }}
    QToolButton {{ background: transparent; border: 2px solid transparent; border-radius: 8px; padding: 4px; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton:hover {{ background: {c.sunk}; }}
    QLineEdit {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; border-radius: 8px;
        padding: 7px 10px; selection-background-color: {c.accent}; selection-color: {c.accent_text}; }}
    QLineEdit:focus {{ border: 2px solid {c.accent}; padding: 6px 9px; }}
    QComboBox, QAbstractSpinBox {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line};
        border-radius: 8px; padding: 6px 10px; min-height: {round(scale.body * 1.25)}px;
        selection-background-color: {c.accent}; selection-color: {c.accent_text}; }}
    QComboBox:focus, QAbstractSpinBox:focus {{ border: 2px solid {c.accent}; padding: 5px 9px; }}
    QComboBox:disabled, QAbstractSpinBox:disabled, QLineEdit:disabled {{ color: {c.muted}; background: {c.sunk}; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ background: transparent; border: 0; padding: 0; }}
    QComboBox::drop-down {{ border: 0; width: 26px; }}
    QComboBox::down-arrow {{ image: url({_url("down")}); width: 12px; height: 12px; }}
    QComboBox QAbstractItemView {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; outline: 0;
        padding: 4px; selection-background-color: {c.sunk}; selection-color: {c.text}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; width: 24px; background: transparent; }}
    QAbstractSpinBox::up-button {{ subcontrol-position: top right; margin: 3px 3px 0 0; }}
    QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; margin: 0 3px 3px 0; }}
    QAbstractSpinBox::up-arrow {{ image: url({_url("up")}); width: 10px; height: 10px; }}
    QAbstractSpinBox::down-arrow {{ image: url({_url("down")}); width: 10px; height: 10px; }}
    QCheckBox, QRadioButton {{ color: {c.text}; spacing: 8px; padding: 3px; border: 2px solid transparent;
        border-radius: 6px; }}
    QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {c.accent}; }}
    QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {c.muted}; border-radius: 4px;
        background: {c.card}; }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: url({_url("tick_dark" if c.dark else "tick_light")}); }}
    QCheckBox::indicator:disabled {{ background: {c.sunk}; border-color: {c.line}; }}
    QRadioButton::indicator {{ width: 14px; height: 14px; border: 2px solid {c.muted}; border-radius: 9px;
        background: {c.card}; }}
    QRadioButton::indicator:checked {{ width: 8px; height: 8px; border: 5px solid {c.accent}; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {c.muted}; }}
    QProgressBar {{ background: {c.sunk}; color: {c.text}; border: 0; border-radius: 5px; min-height: 10px;
        max-height: 10px; text-align: center; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 5px; }}
    QTableView {{ background: transparent; alternate-background-color: {c.sunk}; outline: 0;
        gridline-color: {c.line}; selection-background-color: {c.sunk}; selection-color: {c.text}; }}
    QHeaderView {{ background: transparent; border: 0; }}
    QHeaderView::section {{ background: transparent; color: {c.muted}; border: 0; border-bottom: 1px solid {c.line};
        padding: 4px 4px; font-size: {scale.caption}px; font-weight: 600; }}
    QPlainTextEdit, QTextEdit, QTextBrowser {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line};
        border-radius: 8px; padding: 6px; }}
    QPlainTextEdit:focus, QTextEdit:focus, QTextBrowser:focus {{ border: 2px solid {c.accent}; padding: 5px; }}
    QScrollArea, QScrollArea > QWidget > QWidget#page {{ background: transparent; }}
    [style_class="list"] {{ background: {c.card}; border: 1px solid {c.line}; border-radius: 8px; padding: 4px; }}
    [style_class="list"]:focus {{ border: 2px solid {c.accent}; padding: 3px; }}
    [style_class="list"]::item {{ padding: 7px 8px; border-radius: 6px; color: {c.text}; }}
    [style_class="list"]::item:hover {{ background: {c.sunk}; }}
    [style_class="list"]::item:selected {{ background: {c.accent}; color: {c.accent_text}; }}
    QListView, QTreeView {{ background: transparent; outline: 0; }}
    QListView, QTreeView, QTableView, QScrollArea {{ border: 1px solid transparent; border-radius: 8px; }}
    QListView:focus, QTreeView:focus, QTableView:focus, QScrollArea:focus {{ border: 1px solid {c.accent}; }}
    QListView::item, QTreeView::item {{ border: 0; }}
    QMenu {{ background: {c.card}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
    QMenu::item:selected {{ background: {c.sunk}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QTabWidget::pane {{ border: 0; }}
    QTabBar {{ background: transparent; }}
    QTabWidget::tab-bar {{ left: 8px; }}
    QTabBar::tab {{ background: transparent; color: {c.muted}; padding: 4px 2px 8px 2px; margin-right: 18px;
        border-bottom: 2px solid transparent; font-weight: 600; font-size: {scale.title}px; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom: 2px solid {c.accent}; }}
    QTabBar::tab:focus {{ color: {c.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {c.line}; border-radius: 4px; min-height: 28px; margin: 1px; }}
    QScrollBar::handle:vertical:hover {{ background: {c.muted}; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {c.line}; border-radius: 4px; min-width: 28px; margin: 1px; }}
    QScrollBar::handle:horizontal:hover {{ background: {c.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; height: 0; border: 0; }}
    QSplitter::handle {{ background: transparent; }}
    """


def _url(name: str) -> str:
    """A drawing for a style sheet, which cannot colour it: these are grey enough for light and dark."""
    return f'"{(ICONS / f"{name}.svg").as_posix()}"'


def _mix(top: str, under: str, part: float) -> str:
    """``part`` of one colour over another."""
    a, b = QColor(top), QColor(under)
    return QColor(
        *(round(x * part + y * (1 - part)) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))  # type: ignore[index]
    ).name()
