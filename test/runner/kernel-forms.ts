import { bufferForms } from './forms/buffer-forms.ts'
import { gridForms } from './forms/grid-forms.ts'
import { stepForms } from './forms/step-forms.ts'
import { textureForms } from './forms/texture-forms.ts'
import { uniformForms } from './forms/uniform-forms.ts'

/** Every form that a manifest has, shown by a small kernel each. */
export const kernelForms = [...bufferForms, ...uniformForms, ...stepForms, ...gridForms, ...textureForms]
