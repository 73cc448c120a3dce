/** `system` follows the desktop's preference. */
export type Theme = 'system' | 'dark' | 'light';

export const THEMES: readonly Theme[] = ['system', 'dark', 'light'];

const KEY = 'touchstone-theme';

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === value) ?? 'system';
}

class ThemeChoice {
  current = $state<Theme>(stored());

  choose(theme: Theme) {
    this.current = theme;
    localStorage.setItem(KEY, theme);
    this.apply();
  }

  apply() {
    if (this.current === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.current;
  }
}

export const theme = new ThemeChoice();
