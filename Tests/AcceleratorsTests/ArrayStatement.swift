import Mappings

/// Where every operand and psum of a matrix product must be, in every step: stated from the product alone.
///
/// C[m, n] = sum over k of A[m, k] x B[k, n], an R x C array, P pipeline stages a MAC. Folds are cuts of the product, in the
/// order n, then k (WS), m, then k (IS), m, then n (OS). Steps count from the one in which the first operand of the first fold
/// stands at the edge of lane 0. A register is asked about as it stands *in* a step: the step before wrote it.
struct ArrayStatement {
  let dataflow: Dataflow
  let rows: Int
  let columns: Int
  let stages: Int
  let isDoubleBuffered: Bool
  let a: [[Int]]
  let b: [[Int]]

  /// One fold: the box it computes, and the steps in which its stationary operand and its first vector reach lane 0.
  struct Box {
    var m: Range<Int>
    var k: Range<Int>
    var n: Range<Int>
    var load: Int
    var start: Int
    /// Vectors streamed.
    var vectors: Int
  }

  let boxes: [Box]

  init(
    _ dataflow: Dataflow, rows: Int, columns: Int, stages: Int, isDoubleBuffered: Bool, a: [[Int]], b: [[Int]]
  ) {
    (self.dataflow, self.rows, self.columns, self.stages) = (dataflow, rows, columns, stages)
    (self.isDoubleBuffered, self.a, self.b) = (isDoubleBuffered, a, b)
    func cuts(_ extent: Int, _ size: Int) -> [Range<Int>] {
      stride(from: 0, to: extent, by: size).map { $0..<min($0 + size, extent) }
    }
    let (allM, allK, allN) = (0..<a.count, 0..<b.count, 0..<b[0].count)
    var boxes: [Box] = []
    func add(_ m: Range<Int>, _ k: Range<Int>, _ n: Range<Int>, _ vectors: Int) {
      boxes.append(Box(m: m, k: k, n: n, load: 0, start: 0, vectors: vectors))
    }
    switch dataflow {
    case .weightStationary:
      for n in cuts(allN.count, columns) { for k in cuts(allK.count, rows) { add(allM, k, n, allM.count) } }
    case .inputStationary:
      for m in cuts(allM.count, columns) { for k in cuts(allK.count, rows) { add(m, k, allN, allN.count) } }
    case .outputStationary:
      for m in cuts(allM.count, rows) { for n in cuts(allN.count, columns) { add(m, allK, n, allK.count) } }
    }
    self.boxes = Self.timed(boxes, dataflow, rows, columns, stages, isDoubleBuffered)
  }

  /// When folds follow each other as closely as they may.
  private static func timed(
    _ boxes: [Box], _ dataflow: Dataflow, _ rows: Int, _ columns: Int, _ stages: Int, _ isDoubleBuffered: Bool
  ) -> [Box] {
    var timed: [Box] = []
    for var box in boxes {
      let loads = dataflow == .outputStationary ? 0 : rows
      guard let last = timed.last else {
        box.start = loads
        timed.append(box)
        continue
      }
      if !isDoubleBuffered {
        // The last product's psum is there R + C + T - 2 + (P - 1) steps on; OS drains R more.
        let drain = dataflow == .outputStationary ? rows : 0
        box.load = last.start + last.vectors + rows + columns - 2 + stages - 1 + drain
        box.start = box.load + loads
      } else if dataflow == .outputStationary {
        // Every psum moves to its drain register when it is finished; R steps before, the last one must have left.
        box.start = last.start + max(last.vectors, last.vectors + rows - box.vectors)
        box.load = box.start
      } else {
        box.load = last.start
        box.start = last.start + max(last.vectors, rows)
      }
      timed.append(box)
    }
    return timed
  }

  /// The last step in which something stands in the array.
  var end: Int {
    boxes.last.map {
      $0.start + $0.vectors + rows + columns + stages - 2 + (dataflow == .outputStationary ? rows : 0)
    } ?? 0
  }

  // MARK: Operands of the product, 0 outside the box

  /// What PE (row, column) multiplies in vector `v` of a box: the moving operand (OS: both), nil where no lane is used.
  func ifmap(_ box: Box, row: Int, column: Int, vector: Int) -> Int? {
    switch dataflow {
    case .weightStationary: element(a, box.m, vector, box.k, row)
    case .inputStationary: element(a, box.m, column, box.k, row)
    case .outputStationary: element(a, box.m, row, box.k, vector)
    }
  }

  func filter(_ box: Box, row: Int, column: Int, vector: Int) -> Int? {
    switch dataflow {
    case .weightStationary: element(b, box.k, row, box.n, column)
    case .inputStationary: element(b, box.k, row, box.n, vector)
    case .outputStationary: element(b, box.k, vector, box.n, column)
    }
  }

  private func element(_ matrix: [[Int]], _ rows: Range<Int>, _ row: Int, _ columns: Range<Int>, _ column: Int) -> Int?
  {
    guard (0..<rows.count).contains(row), (0..<columns.count).contains(column) else { return nil }
    return matrix[rows.lowerBound + row][columns.lowerBound + column]
  }

  func product(_ box: Box, row: Int, column: Int, vector: Int) -> Int {
    (ifmap(box, row: row, column: column, vector: vector) ?? 0)
      * (filter(box, row: row, column: column, vector: vector) ?? 0)
  }
}

// MARK: - Registers

extension ArrayStatement {
  /// A register with a valid bit.
  struct Operand: Equatable {
    var value: Int
    var isValid: Bool

    static let none = Operand(value: 0, isValid: false)

    init(value: Int, isValid: Bool) { (self.value, self.isValid) = (value, isValid) }
    init(_ value: Int?) { self.init(value: value ?? 0, isValid: value != nil) }
  }

  /// The vector whose operands meet in PE (row, column) in a step: vector v is there in start + v + row + column.
  func vectorArriving(_ row: Int, _ column: Int, _ step: Int) -> (box: Box, vector: Int)? {
    for box in boxes {
      let vector = step - box.start - row - column
      if (0..<box.vectors).contains(vector) { return (box, vector) }
    }
    return nil
  }

  /// The ifmap register: a PE passes on to its right neighbour what arrived in the step before; on IS it stays.
  func ifmapRegister(_ row: Int, _ column: Int, _ step: Int) -> Operand {
    if dataflow == .inputStationary { return stationary(row, column, step) }
    guard let (box, vector) = vectorArriving(row, column, step - 1) else { return .none }
    return Operand(ifmap(box, row: row, column: column, vector: vector))
  }

  /// The filter register: it stays on WS, moves down on OS and to the right on IS.
  func filterRegister(_ row: Int, _ column: Int, _ step: Int) -> Operand {
    if dataflow == .weightStationary { return stationary(row, column, step) }
    guard let (box, vector) = vectorArriving(row, column, step - 1) else { return .none }
    return Operand(filter(box, row: row, column: column, vector: vector))
  }

  /// The stationary operand in use. Double-buffered, the first vector of a fold brings it into use as it passes.
  func stationary(_ row: Int, _ column: Int, _ step: Int) -> Operand {
    guard isDoubleBuffered else { return loadChain(row, column, step) }
    guard let box = boxes.last(where: { step > $0.start + row + column }) else { return .none }
    return stationaryOperand(box, row, column)
  }

  /// The chain that a fold's stationary operand comes down: R - 1 enters lane c first, in step load + c, one row a step.
  func loadChain(_ row: Int, _ column: Int, _ step: Int) -> Operand {
    for box in boxes.reversed() {
      let shifts = min(step - box.load - column, rows)
      if row < shifts { return stationaryOperand(box, rows - shifts + row, column) }
    }
    return .none
  }

  /// Whether the chain shifted here in the step before: row r does for shift r and on, and forgets it with the last one.
  func hasShifted(_ row: Int, _ column: Int, _ step: Int) -> Bool {
    boxes.contains { (row..<(rows - 1)).contains(step - 1 - $0.load - column) }
  }

  private func stationaryOperand(_ box: Box, _ row: Int, _ column: Int) -> Operand {
    Operand(
      dataflow == .weightStationary
        ? filter(box, row: row, column: column, vector: 0) : ifmap(box, row: row, column: column, vector: 0))
  }

  /// Register `stage` behind the multiplier: the product of the operands that met `stage` steps ago.
  func productRegister(_ stage: Int, _ row: Int, _ column: Int, _ step: Int) -> Int {
    guard let (box, vector) = vectorArriving(row, column, step - stage) else { return 0 }
    return product(box, row: row, column: column, vector: vector)
  }

  /// The MAC works where both operands meet.
  func fires(_ row: Int, _ column: Int, _ step: Int) -> Bool {
    guard let (box, vector) = vectorArriving(row, column, step) else { return false }
    return ifmap(box, row: row, column: column, vector: vector) != nil
      && filter(box, row: row, column: column, vector: vector) != nil
  }

  /// The psum register. WS and IS: the products of rows 0...row of one vector. OS: the products so far, or what drains.
  func psumRegister(_ row: Int, _ column: Int, _ step: Int) -> Int {
    if dataflow != .outputStationary {
      guard let (box, vector) = vectorArriving(row, column, step - stages) else { return 0 }
      return (0...row).reduce(0) { $0 + product(box, row: $1, column: column, vector: vector) }
    }
    for box in boxes.reversed() {
      let summed = step - box.start - row - column - (stages - 1)
      guard summed > 0 else { continue }
      if isDoubleBuffered, summed >= box.vectors { return 0 }
      return afterDrain(box, row, column, step) { sum(box, $0, column, upTo: min(summed, box.vectors)) }
    }
    return 0
  }

  /// OS, double-buffered: the finished psum, from the step after the last product was added.
  func drainRegister(_ row: Int, _ column: Int, _ step: Int) -> Int {
    for box in boxes.reversed() where step >= box.start + row + column + (stages - 1) + box.vectors {
      return afterDrain(box, row, column, step) { sum(box, $0, column, upTo: box.vectors) }
    }
    return 0
  }

  private func sum(_ box: Box, _ row: Int, _ column: Int, upTo vectors: Int) -> Int {
    (0..<vectors).reduce(0) { $0 + product(box, row: row, column: column, vector: $1) }
  }

  /// Results leave downwards, one row a step, as soon as the bottom row's is finished; above them stay zeros.
  private func afterDrain(_ box: Box, _ row: Int, _ column: Int, _ step: Int, _ psum: (Int) -> Int) -> Int {
    let bottomIsFinished = box.start + box.vectors + rows - 1 + column + stages - 1
    let left = min(max(step - bottomIsFinished, 0), rows)
    return row < left ? 0 : psum(row - left)
  }
}
