/**
 * Every bound of the protocol in one place. A bound says which abuse it stops.
 * Raise one only together with the test that shows what it protects.
 */
export const limits = {
  /** A requester could make every volunteer's compiler work on endless text. */
  wgslBytesMax: 256 * 1024,
  /** A requester could fill the coordinator's memory with one manifest. */
  manifestBytesMax: 64 * 1024,
  /** A requester could make volunteers download without end; one blob is one HTTP body. */
  blobBytesMax: 256 * 1024 * 1024,
  /** A provider could make the coordinator hold more bytes than the unit is worth. */
  resultBytesMax: 16 * 1024 * 1024,
  /** A peer could announce a header that never ends. */
  headerBytesMax: 16 * 1024,
  /** One data-channel send; browsers cut or close above 64 KiB to 256 KiB. */
  frameBytesMax: 64 * 1024,
  /** A peer could start many messages and finish none. */
  messagesInFlightMax: 8,
  /** A requester could make the scheduler walk an endless list. */
  unitsPerJobMax: 1_000_000,
  /** A requester could register jobs it never pays for. */
  unfundedJobsMax: 1_000,
  /** A provider could name causes, requesters and pools without end. */
  offerListMax: 64,
  /** A bundle of spots could grow beyond what is one unit's work. */
  spotsPerBundleMax: 64,
  /** A provider could hoard units it never computes. */
  capacityMax: 8,
  /** An expression could nest until the parser's stack ends. */
  expressionCharactersMax: 200,
  expressionDepthMax: 24,
  /** A kernel no group of providers agrees on would be run for ever. */
  resultsPerUnitMax: 8,
  /** A kernel that does not end freezes a volunteer's GPU: two are enough to know. */
  hangsPerUnitMax: 2,
  /** A unit nobody can run would be handed out for ever. */
  attemptsPerUnitMax: 64,
  /** A manifest could list endless passes, buffers or inputs. */
  stepsPerListMax: 256,
  buffersMax: 64,
  inputsMax: 32,
  wgslPartsMax: 64,
  parametersMax: 64,
  /** Nested repeats and nested uniform values could end a stack. */
  nestingMax: 8,
  /** A unit's steps are walked one by one; a manifest could make that endless. */
  stepsPerUnitMax: 1_000_000,
  resultPartsMax: 16,
  /** A units list is kept by every worker of the job. */
  listBytesMax: 8 * 1024 * 1024,
  listColumnsMax: 64,
  /** Sliced inputs are stored and fetched in pieces of this size, each with its own hash. */
  pieceBytes: 1024 * 1024,
  slicedInputBytesMax: 8 * 1024 * 1024 * 1024,
  /** A texture of a manifest. WebGPU's own default bounds. */
  textureSideMax: 8192,
  /** Text shown to people. */
  nameCharactersMax: 120,
  summaryCharactersMax: 1_000,
} as const

/** The protocol's version; peers with another one are refused at the greeting. */
export const protocolVersion = 3
