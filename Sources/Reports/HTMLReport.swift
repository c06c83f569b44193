/// A page that needs no other file: headings, paragraphs, tables and pictures, in the order in which they are added.
public struct HTMLReport: Sendable {
  private let title: String
  private var body = ""

  /// An empty page.
  public init(title: String) {
    self.title = title
    body = "<h1>\(XMLText.escaped(title))</h1>\n"
  }

  /// Adds a heading.
  public mutating func heading(_ text: String) { body += "<h2>\(XMLText.escaped(text))</h2>\n" }

  /// Adds a paragraph.
  public mutating func paragraph(_ text: String) { body += "<p>\(XMLText.escaped(text))</p>\n" }

  /// Adds text as it stands, in a fixed-width face.
  public mutating func preformatted(_ text: String) { body += "<pre>\(XMLText.escaped(text))</pre>\n" }

  /// Adds a table; numbers to the right, units below the names.
  public mutating func table(_ table: ReportTable) {
    body += "<table>\n<thead><tr>"
    for column in table.columns {
      let unit = column.unit.isEmpty ? "" : "<br><small>\(XMLText.escaped(column.unit))</small>"
      body += "<th>\(XMLText.escaped(column.name))\(unit)</th>"
    }
    body += "</tr></thead>\n<tbody>\n"
    for row in table.rows {
      body += "<tr>"
      for (cell, column) in zip(row, table.columns) {
        let kind = cell.isNumber ? " class=\"n\"" : ""
        body += "<td\(kind)>\(XMLText.escaped(cell.text(digits: column.digits)))</td>"
      }
      body += "</tr>\n"
    }
    body += "</tbody></table>\n"
  }

  /// Adds a picture that is SVG already.
  public mutating func picture(svg: String) { body += "<figure>\n\(svg)</figure>\n" }

  /// The whole page.
  public var html: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>\(XMLText.escaped(title))</title>
    <style>
    body { font-family: sans-serif; max-width: 72em; margin: 2em auto; padding: 0 1em; }
    table { border-collapse: collapse; }
    th, td { padding: 0.2em 0.8em; border-bottom: 1px solid #ddd; text-align: left; vertical-align: bottom; }
    td.n { text-align: right; font-variant-numeric: tabular-nums; }
    figure { margin: 1em 0; max-width: 60em; }
    </style>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }
}
