// A field with its name, what it is for, and what is wrong with what was filled in.
import { type ComponentChildren, cloneElement, type VNode } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  fault?: string | undefined;
  /** The input itself. */
  children: VNode<Record<string, unknown>>;
}

export function Field({ label, hint, fault, children }: FieldProps) {
  const id = useId();
  const described = [hint === undefined ? '' : `${id}-hint`, fault === undefined ? '' : `${id}-fault`]
    .join(' ')
    .trim();
  const about = described === '' ? {} : { 'aria-describedby': described };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {cloneElement(children, { id, 'aria-invalid': fault !== undefined, ...about })}
      {hint !== undefined && (
        <p class="faint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault !== undefined && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}
