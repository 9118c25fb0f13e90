import type { Declaration, KernelModule } from './declarations.ts'

/** What is reached from a declaration by its names, itself included. */
export interface Use {
  readonly declarations: readonly Declaration[]
  readonly hasBarrier: boolean
  readonly hasAtomics: boolean
  readonly hasSubgroups: boolean
  readonly loops: number
}

interface Node {
  readonly declaration: Declaration
  readonly mentions: readonly Node[]
  readonly hasBarrier: boolean
  readonly hasAtomics: boolean
  readonly hasSubgroups: boolean
}

/** Who uses what, by name: a superset where a local name hides one of the module. */
export class Uses {
  readonly #nodes = new Map<string, Node>()

  constructor({ declarations }: KernelModule) {
    const mentionsOf = new Map<Declaration, Node[]>()
    for (const declaration of declarations.values()) {
      const words = [...declaration.mentions].filter((name) => !declarations.has(name))
      const mentions: Node[] = []
      mentionsOf.set(declaration, mentions)
      this.#nodes.set(declaration.name, {
        declaration,
        mentions,
        hasBarrier: words.some((name) =>
          /^(workgroup|storage|texture)Barrier$|^workgroupUniformLoad$/.test(name),
        ),
        hasAtomics: words.some((name) => /^atomic[A-Z]/.test(name)),
        hasSubgroups: words.some((name) => /^(subgroup|quad)[A-Z]/.test(name)),
      })
    }
    for (const [declaration, mentions] of mentionsOf)
      for (const name of declaration.mentions) {
        const node = this.#nodes.get(name)
        if (node && node.declaration !== declaration) mentions.push(node)
      }
  }

  from({ name }: Declaration): Use {
    const start = this.#nodes.get(name)
    const reached = new Set(start ? [start] : [])
    // A set hands out what is added to it while it is walked.
    for (const { mentions } of reached) for (const mention of mentions) reached.add(mention)
    const nodes = [...reached]
    return {
      declarations: nodes.map(({ declaration }) => declaration),
      hasBarrier: nodes.some(({ hasBarrier }) => hasBarrier),
      hasAtomics: nodes.some(({ hasAtomics }) => hasAtomics),
      hasSubgroups: nodes.some(({ hasSubgroups }) => hasSubgroups),
      loops: nodes.reduce((sum, { declaration: each }) => sum + (each.kind === 'fn' ? each.loops : 0), 0),
    }
  }

  /** Everything that reaches a barrier. */
  reachingBarrier(): Set<Declaration> {
    const mentionedBy = new Map<Declaration, Declaration[]>()
    const found = new Set<Declaration>()
    for (const { declaration, mentions, hasBarrier } of this.#nodes.values()) {
      if (hasBarrier) found.add(declaration)
      for (const mention of mentions) {
        const others = mentionedBy.get(mention.declaration)
        if (others) others.push(declaration)
        else mentionedBy.set(mention.declaration, [declaration])
      }
    }
    for (const declaration of found) for (const user of mentionedBy.get(declaration) ?? []) found.add(user)
    return found
  }
}
