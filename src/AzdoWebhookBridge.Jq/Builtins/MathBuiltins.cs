using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>The C math library under jq's names.</summary>
internal static class MathBuiltins
{
    private const double SmallArgument = 1e-5;

    public static void Register(Registry registry)
    {
        registry.Form("infinite", 0, _ => new ConstantNode(JqValue.From(double.PositiveInfinity)));
        registry.Form("nan", 0, _ => new ConstantNode(JqValue.From(double.NaN)));
        registry.Value("isinfinite", (_, input) => JqValue.From(input is NumberValue number && double.IsInfinity(number.Value)));
        registry.Value("isfinite", (_, input) => JqValue.From(input is NumberValue number && !double.IsInfinity(number.Value)));
        registry.Value("isnan", (_, input) => JqValue.From(input is NumberValue number && double.IsNaN(number.Value)));
        registry.Value("isnormal", (_, input) => JqValue.From(input is NumberValue number && double.IsNormal(number.Value)));

        // Negates what is below 0 in the order of all values, as in jq: null fails, a text comes back.
        registry.Value("abs", (run, input) => input is NumberValue number
            ? number.Value < 0 ? Operators.Negate(run, number) : number
            : input.Kind < JqKind.Number ? Operators.Negate(run, input) : input);

        Unary(registry, "floor", Math.Floor);
        Unary(registry, "ceil", Math.Ceiling);
        Unary(registry, "round", static x => Math.Round(x, MidpointRounding.AwayFromZero));
        Unary(registry, "rint", static x => Math.Round(x, MidpointRounding.ToEven));
        Unary(registry, "nearbyint", static x => Math.Round(x, MidpointRounding.ToEven));
        Unary(registry, "trunc", Math.Truncate);
        Unary(registry, "fabs", Math.Abs);
        Unary(registry, "sqrt", Math.Sqrt);
        Unary(registry, "cbrt", Math.Cbrt);
        Unary(registry, "exp", Math.Exp);
        Unary(registry, "exp2", static x => Math.Pow(2, x));
        Unary(registry, "exp10", static x => Math.Pow(10, x));
        Unary(registry, "pow10", static x => Math.Pow(10, x));
        Unary(registry, "expm1", ExpMinus1);
        Unary(registry, "log", Math.Log);
        Unary(registry, "log2", Math.Log2);
        Unary(registry, "log10", Math.Log10);
        Unary(registry, "log1p", LogPlus1);
        Unary(registry, "sin", Math.Sin);
        Unary(registry, "cos", Math.Cos);
        Unary(registry, "tan", Math.Tan);
        Unary(registry, "asin", Math.Asin);
        Unary(registry, "acos", Math.Acos);
        Unary(registry, "atan", Math.Atan);
        Unary(registry, "sinh", Math.Sinh);
        Unary(registry, "cosh", Math.Cosh);
        Unary(registry, "tanh", Math.Tanh);
        Unary(registry, "asinh", Math.Asinh);
        Unary(registry, "acosh", Math.Acosh);
        Unary(registry, "atanh", Math.Atanh);
        Unary(registry, "significand", static x => x == 0 || !double.IsFinite(x) ? x : x / Math.ScaleB(1, Math.ILogB(x)));
        Unary(registry, "logb", static x => x == 0 ? double.NegativeInfinity : double.IsFinite(x) ? Math.ILogB(x) : Math.Abs(x));
        Unary(registry, "gamma", LogGamma);
        Unary(registry, "lgamma", LogGamma);
        registry.Value("lgamma_r", (run, input) =>
        {
            // Between the poles below zero the sign alternates.
            var x = Number(input);
            var negative = x < 0 && Math.Floor(x) % 2 != 0;
            return run.NewArray([JqValue.From(LogGamma(x)), JqValue.From(negative ? -1L : 1L)]);
        });
        Unary(registry, "tgamma", Gamma);
        Unary(registry, "erf", ErrorFunction.Erf);
        Unary(registry, "erfc", ErrorFunction.Erfc);
        registry.Value("frexp", Split);
        registry.Value("modf", (run, input) =>
        {
            var x = Number(input);
            var whole = Math.Truncate(x);
            var fraction = double.IsInfinity(x) ? Math.CopySign(0, x) : Math.CopySign(x - whole, x);
            return run.NewArray([JqValue.From(fraction), JqValue.From(whole)]);
        });

        Binary(registry, "pow", Math.Pow);
        Binary(registry, "atan2", Math.Atan2);
        Binary(registry, "fmin", static (x, y) => double.IsNaN(x) ? y : double.IsNaN(y) ? x : Math.Min(x, y));
        Binary(registry, "fmax", static (x, y) => double.IsNaN(x) ? y : double.IsNaN(y) ? x : Math.Max(x, y));
        Binary(registry, "fmod", static (x, y) => x % y);
        Binary(registry, "fdim", static (x, y) => x > y ? x - y : double.IsNaN(x) || double.IsNaN(y) ? double.NaN : 0);
        Binary(registry, "hypot", static (x, y) => double.Hypot(x, y));
        Binary(registry, "drem", Math.IEEERemainder);
        Binary(registry, "remainder", Math.IEEERemainder);
        Binary(registry, "copysign", Math.CopySign);
        Binary(registry, "ldexp", Scale);
        Binary(registry, "scalb", Scale);
        Binary(registry, "scalbln", Scale);
        Binary(registry, "nextafter", Next);
        Binary(registry, "nexttoward", Next);
        registry.Value("fma", (_, _, x, y, z) => JqValue.From(Math.FusedMultiplyAdd(Number(x), Number(y), Number(z))));
    }

    private static double Number(JqValue value) => value is NumberValue number
        ? number.Value
        : throw new JqRuntimeException($"{ErrorText.Describe(value)} number required");

    private static void Unary(Registry registry, string name, Func<double, double> apply) =>
        registry.Value(name, (_, input) => JqValue.From(apply(Number(input))));

    private static void Binary(Registry registry, string name, Func<double, double, double> apply) =>
        registry.Value(name, (_, _, x, y) => JqValue.From(apply(Number(x), Number(y))));

    // The rounding error of exp(x) and 1 + x cancels out against that of the logarithm.
    private static double ExpMinus1(double x)
    {
        if (Math.Abs(x) < SmallArgument)
        {
            return x + (x * x * (0.5 + (x * (1 / 6d))));
        }

        var power = Math.Exp(x);
        return power == 1 ? x : power < 0.5 || power > 2 ? power - 1 : (power - 1) * x / Math.Log(power);
    }

    private static double LogPlus1(double x)
    {
        if (Math.Abs(x) < SmallArgument)
        {
            return x - (x * x * (0.5 - (x * (1 / 3d))));
        }

        var sum = 1 + x;
        return sum == 1 || double.IsPositiveInfinity(x) ? x : Math.Log(sum) * x / (sum - 1);
    }

    private static double Scale(double x, double exponent) => Math.ScaleB(x, (int)Math.Clamp(exponent, -5_000, 5_000));

    private static double Next(double x, double towards)
    {
        if (double.IsNaN(x) || double.IsNaN(towards))
        {
            return double.NaN;
        }

        return x == towards ? towards : x < towards ? Math.BitIncrement(x) : Math.BitDecrement(x);
    }

    private static JqValue Split(Run run, JqValue input)
    {
        var x = Number(input);
        if (x == 0 || !double.IsFinite(x))
        {
            return run.NewArray([JqValue.From(x), JqValue.From(0L)]);
        }

        var exponent = Math.ILogB(x) + 1;
        return run.NewArray([JqValue.From(Math.ScaleB(x, -exponent)), JqValue.From((long)exponent)]);
    }

    private static double Gamma(double x)
    {
        if (x < 0 && x == Math.Floor(x))
        {
            return double.NaN;
        }

        if (x == Math.Floor(x) && x is > 0 and < 24)
        {
            var product = 1d;
            for (var i = 2; i < x; i++)
            {
                product *= i;
            }

            return product;
        }

        return x < 0.5 ? Math.PI / (Math.Sin(Math.PI * x) * Gamma(1 - x)) : Math.Exp(LogGamma(x));
    }

    /// <summary>Lanczos' approximation, good to about fifteen digits.</summary>
    private static double LogGamma(double x)
    {
        if (x is 1 or 2)
        {
            return 0;
        }

        if (x <= 0 && x == Math.Floor(x))
        {
            return double.PositiveInfinity;
        }

        if (x < 0.5)
        {
            return Math.Log(Math.Abs(Math.PI / Math.Sin(Math.PI * x))) - LogGamma(1 - x);
        }

        ReadOnlySpan<double> coefficients =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        x -= 1;
        var sum = coefficients[0];
        for (var i = 1; i < coefficients.Length; i++)
        {
            sum += coefficients[i] / (x + i);
        }

        var t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
