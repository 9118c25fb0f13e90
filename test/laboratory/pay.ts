/** Every unit earns the same, so that incomes compare; 64 divides it, so that its parts can be paid too. */
export const payWei = 10n ** 15n
