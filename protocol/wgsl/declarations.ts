import type { NameSyntax, Syntax } from './syntax.ts'
import type { Span } from './reflection.ts'
import type { Tokens } from './lexer.ts'

/** An attribute as written. `inside` is the text between its brackets. */
export interface Attribute {
  readonly name: string
  readonly operands: readonly Syntax[]
  readonly span: Span
  readonly inside: Span
}

interface Declared {
  readonly name: string
  /** Offset of the name. */
  readonly begin: number
  readonly attributes: readonly Attribute[]
  /** Every name in the declaration, but for those behind a dot. */
  readonly mentions: ReadonlySet<string>
}

/** Where an initialiser begins, as an index into the tokens: it is read only if something depends on it. */
export interface Initialiser {
  readonly token: number
}

export interface ConstantDeclaration extends Declared {
  readonly kind: 'const' | 'override'
  readonly type: NameSyntax | undefined
  readonly initialiser: Initialiser | undefined
}

export interface AliasDeclaration extends Declared {
  readonly kind: 'alias'
  readonly type: NameSyntax
}

/** A parameter of a function, or a field of a structure. */
export interface Member {
  readonly name: string
  readonly begin: number
  readonly type: NameSyntax
  readonly attributes: readonly Attribute[]
}

export interface StructDeclaration extends Declared {
  readonly kind: 'struct'
  readonly members: readonly Member[]
}

export interface VariableDeclaration extends Declared {
  readonly kind: 'var'
  /** Address space and access mode as written, e.g. `['storage', 'read_write']`. */
  readonly space: readonly string[]
  readonly type: NameSyntax | undefined
}

export interface FunctionDeclaration extends Declared {
  readonly kind: 'fn'
  readonly parameters: readonly Member[]
  readonly returns: NameSyntax | undefined
  readonly returnText: Span | undefined
  /** Indices of the tokens `{` and `}`. */
  readonly body: { readonly open: number; readonly close: number }
  readonly loops: number
}

export type Declaration =
  ConstantDeclaration | AliasDeclaration | StructDeclaration | VariableDeclaration | FunctionDeclaration

/** What a kernel declares, by name; function bodies stay unread. */
export interface KernelModule {
  readonly tokens: Tokens
  readonly enables: readonly string[]
  readonly declarations: ReadonlyMap<string, Declaration>
}
